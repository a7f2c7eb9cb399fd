"""The SageMaker twin: training plans, reserved capacity and endpoints on the virtual clock."""
