"""Application Auto Scaling for the copies of inference components: targets, policies, and what they do."""
