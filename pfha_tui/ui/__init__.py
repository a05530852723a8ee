"""The Textual console; renders what it is handed."""
