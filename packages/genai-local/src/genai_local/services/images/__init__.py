"""Pictures by `:predict` of image models: drawing, editing, upscaling, try-on, product scenes, segmentation."""
