"""From the real template.yaml to resources: SAM to CloudFormation, and CloudFormation to what moto keeps."""

from rehearsal.deployment.sam import DeploymentError
from rehearsal.deployment.stack import Stack, deploy

__all__ = ["DeploymentError", "Stack", "deploy"]
