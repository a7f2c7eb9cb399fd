"""CodePipeline in this cloud, as far as a release needs it: moto keeps pipelines, this runs them."""
