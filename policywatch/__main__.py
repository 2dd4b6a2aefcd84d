"""Entry point of the `policywatch` command and of `python -m policywatch`; the commands are in `pipeline.cli`."""

import sys


def main() -> None:
    """Run the command line and leave with its exit code (0 done, 1 a source failed or is suspect, 2 wrong use)."""
    # Imported here so that importing the package stays free of the command line.
    from pipeline.cli import run_cli  # noqa: PLC0415

    sys.exit(run_cli())


if __name__ == "__main__":
    main()
