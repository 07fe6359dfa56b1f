"""Crash storms: a whole installation over simulated ERPs, struck at random, and its books counted afterwards."""
