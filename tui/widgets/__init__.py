"""What screens are made of; a widget draws what it is given and knows neither session nor journal."""
