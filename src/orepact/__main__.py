"""``python -m orepact``: the command line without the installed script."""

from orepact.cli.app import main

if __name__ == "__main__":
    main()
