"""What EventBridge and EventBridge Scheduler do between an event or a time and its target."""
