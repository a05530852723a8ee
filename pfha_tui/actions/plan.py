"""Makes the plan of an action out of a wish and of what is known of the pair."""
