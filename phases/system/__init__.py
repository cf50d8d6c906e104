"""The ports through which phases see and change the world, and what implements them."""
