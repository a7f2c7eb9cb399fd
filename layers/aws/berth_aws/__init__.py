"""The adapters: the only importers of boto3, the only readers of its errors, and the only callers of AWS."""
