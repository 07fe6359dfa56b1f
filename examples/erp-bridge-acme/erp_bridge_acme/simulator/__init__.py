"""A simulator of the ERP: books, a service, an accountant's desk. It shares no code with the adapter."""
