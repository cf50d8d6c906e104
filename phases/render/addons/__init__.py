"""The objects of the two add-ons that every cluster starts with; phases apply them."""
