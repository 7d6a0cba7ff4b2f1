"""What an idle studio costs and how fast it is, measured against the bars that the project has set itself."""
