"""CloudWatch alarms on the virtual clock: metrics that follow from the traffic, states, events and actions."""
