"""Facts → which literal reaches which credential parameter, and by what way."""
