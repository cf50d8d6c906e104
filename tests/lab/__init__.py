"""Fresh masters on one machine: what the end-to-end tests run against. See README.md here."""
