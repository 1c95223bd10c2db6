"""What a newer official release adds: names, fields, members, methods, and the places of new fields in requests."""
