"""`unyo ticket apply`: a file of many tickets."""
