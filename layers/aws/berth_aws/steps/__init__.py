"""What each function does: one module each, of the function's name. Times and settings are arguments."""
