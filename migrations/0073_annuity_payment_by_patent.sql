-- What is known of a patent asks for its proven annuities, of whichever pledge.
create index annuity_payment_of_patent on annuity_payment (patent_id);
