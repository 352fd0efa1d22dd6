"""What commands print: tables, reports, bars while a run goes on."""
