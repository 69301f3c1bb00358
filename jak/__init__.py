"""The roof of jak: commands, settings, and the bridge between the rooms."""
