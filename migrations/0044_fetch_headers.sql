-- Request headers of fetches are one sealed text, null without any. What is here in clear is sealed when the server or a
-- worker starts.
alter table source_fetch drop constraint source_fetch_headers_check;
alter table source_fetch
  alter column headers drop default,
  alter column headers drop not null,
  alter column headers type text using nullif(headers::text, '{}');
