"""Pages and a JSON API over the same answers, on one's own machine, without a network."""
