"""Here so that the helper modules beside it can be imported from the folders below as well."""
