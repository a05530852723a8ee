"""Pure: all that is known of one thing of a pair, node by node: the table of the detail screen."""
