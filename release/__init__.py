"""What a release is made of, and what is known of the packages that it needs: `make dist`, `make audit`."""
