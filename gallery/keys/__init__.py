"""Which of the installation's keys encrypts what in the database and the file store."""
