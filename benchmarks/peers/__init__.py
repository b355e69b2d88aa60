"""What else runs the same scripts, to be measured side by side with the daemon."""
