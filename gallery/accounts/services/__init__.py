"""Changes of accounts: signing in, sessions, people and their roles."""
