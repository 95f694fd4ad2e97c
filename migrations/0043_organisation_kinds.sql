-- Agencies, outside experts and buyers. What is about loans and the things that lenders and borrowers keep is not there for
-- them, whatever a row says of whose it is.
alter table organisation drop constraint organisation_kind_check;
alter table organisation add check (kind in ('bank', 'firm', 'staff', 'agency', 'expert', 'buyer'));

create function deals_with_pledges() returns boolean language sql stable parallel safe
  return coalesce(current_setting('app.kind', true) in ('bank', 'firm', 'staff'), false);

do $$
declare name regclass;
declare condition text;
begin
  foreach name in array '{pledge, pledge_recovery, borrower_consent, borrower_fact, rule_set, rule_backtest, silence, deal,
    scoring_table, covenant_feed}'::regclass[] loop
    select pg_get_expr(polqual, polrelid) into strict condition from pg_policy where polrelid = name and polname = 'requests';
    execute format('alter policy requests on %s using ((select deals_with_pledges()) and (%s))
      with check ((select deals_with_pledges()) and (%2$s))', name, condition);
  end loop;
end $$;
