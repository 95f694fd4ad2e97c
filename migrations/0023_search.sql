-- What a patent is found by, one row a patent, derived from what is known of it (src/search/derive.ts) and computed anew on
-- news. Chinese, Japanese and Korean words are pairs of characters that the program makes; nothing beyond PostgreSQL itself.
create table patent_search (
  patent_id uuid primary key,
  office text not null,
  application_number text not null,
  right_type text not null,
  title text,
  -- 'A office number' of the application, 'P office number' of each publication.
  numbers text[] not null,
  owners text[] not null,
  owner_words text[] not null,
  -- IPC and CPC symbols, and each with the levels above it.
  classes text[] not null,
  class_levels text[] not null,
  field smallint check (field between 1 and 35),
  legal_state text not null,
  filed_on date,
  published_on date,
  granted_on date,
  expires_on date,
  -- Day on which the state is another though nothing is told.
  state_ends_on date,
  -- Title A, abstract B, claims C.
  document tsvector not null
) with (toast_tuple_target = 256, fillfactor = 90);
-- The words lie apart from the row, whatever their length: most questions never look at them.
alter table patent_search alter column document set storage external;
create index on patent_search using gin (numbers);
create index on patent_search using gin (owner_words);
create index on patent_search using gin (class_levels);
create index on patent_search using gin (document);
create index on patent_search (filed_on, patent_id);
create index on patent_search (published_on, patent_id);
create index on patent_search (state_ends_on) where state_ends_on is not null;

-- In how many of those documents a word stands; '' counts the documents.
create table search_term (
  term text collate "C" primary key,
  documents bigint not null
) with (fillfactor = 60);
