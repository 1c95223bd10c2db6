"""Pictures: drawn, edited, enlarged, put into other surroundings, and segmented, by `:predict` of image models."""
