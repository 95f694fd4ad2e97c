-- Whether what sets a term or a fee was compared with its source; what is kept so far was entered from memory.
alter table filing_deadline add column verified boolean not null default false;
alter table filing_fee add column verified boolean not null default false;
