"""The real commands ended at any moment, on a full disk, two at once, or by power loss: what they leave behind."""
