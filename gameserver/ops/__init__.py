"""What operators look at: metrics and logs."""
