-- One patent of 32, by its id, which is a hash: what most patents have is found among these, and the index of all need not tell
-- hundreds of thousands (src/search/sample.ts).
create index patent_search_share on patent_search using gin (document, class_levels)
  where patent_id < '08000000-0000-0000-0000-000000000000';
