"""``python -m flows.cli``, for those who have not installed the ``overlap`` command."""

from flows.cli.app import main

if __name__ == "__main__":
    main()
