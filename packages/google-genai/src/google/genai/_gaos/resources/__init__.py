"""Groups of types of interactions under the paths from which `google.genai.interactions` exports them."""
