"""Long runs that kill, restart and mistime everything, and compare with an undisturbed run."""
