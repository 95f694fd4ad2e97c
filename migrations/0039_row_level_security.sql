-- Who sees what is held by the database: a request runs as pledgewatch_app with its organisation set for the transaction,
-- jobs as pledgewatch_worker (src/db/tenancy.ts, docs/decisions/0023-row-level-security.md). Both are made for whoever owns
-- these tables, who must be allowed to create roles where they are not there yet.
do $$
declare role text;
begin
  foreach role in array array['pledgewatch_app', 'pledgewatch_worker'] loop
    if to_regrole(role) is null then
      execute format('create role %I', role);
    end if;
    if not pg_has_role(role, 'usage') then
      execute format('grant %I to current_user', role);
    end if;
  end loop;
end $$;

-- An empty setting is what a connection has left of an ended transaction: no tenant, like one that was never set.
create function current_organisation() returns text language sql stable parallel safe
  return nullif(current_setting('app.organisation_id', true), '');
create function is_staff() returns boolean language sql stable parallel safe
  return coalesce(current_setting('app.kind', true) = 'staff', false) and current_organisation() is not null;

grant usage on schema public to pledgewatch_app, pledgewatch_worker;
grant create, usage on schema staging to pledgewatch_worker;
grant select, insert, update, delete on all tables in schema public to pledgewatch_worker;
alter default privileges in schema public grant select, insert, update, delete on tables to pledgewatch_worker;
revoke insert, update, delete on schema_migration from pledgewatch_worker;

-- What is nobody's own: the patent database, the models, the state of the sources.
grant select on schema_migration, setting, patent, patent_facts, signal, patent_publication, patent_party, patent_priority,
  patent_class, patent_citation, patent_text, patent_search, search_term, knowledge_cell, ingest_run, quarantine,
  source_cadence, source_late, source_fetch, job_run, model_version, model_set, model_specification, model_review,
  model_comparison, projection_spread, signing_key to pledgewatch_app;
grant insert, update on signing_key, source_fetch, model_specification to pledgewatch_app;
grant insert on source_cadence, model_review, model_comparison to pledgewatch_app;

-- An event of an endpoint alone has no parties, and is in nobody's feed: it names whose endpoint it was sent to.
alter table event add column owner_id text;
update event set owner_id = (select organisation_id from endpoint join (
    select endpoint_id from delivery where event_id = event.id
    union all select endpoint_id from delivery_history where event_id = event.id) sent on endpoint.id = endpoint_id limit 1)
  where bank_id is null and firm_id is null;

-- One policy a table for requests, the same for what is read and what is written, and one for jobs.
create function protect(names text[], condition text) returns void language plpgsql as $$
declare name text;
begin
  foreach name in array names loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy requests on %I to pledgewatch_app using (%s) with check (%2$s)', name, condition);
    execute format('create policy jobs on %I to pledgewatch_worker using (true) with check (true)', name);
    execute format('grant select, insert, update, delete on %I to pledgewatch_app', name);
  end loop;
end $$;

select protect('{api_key}', 'organisation_id = (select current_organisation()) or (select is_staff())');
select protect('{idempotency_key, endpoint, audit_chain, audit_entry, audit_head, covenant_feed, watch_list, watch_told,
  scoring_table}', 'organisation_id = (select current_organisation())');
select protect('{rule_set, rule_backtest, silence}', 'bank_id = (select current_organisation())');
select protect('{deal}', 'organisation_id = (select current_organisation()) or (select is_staff())');
select protect('{pledge_recovery}', 'bank_id = (select current_organisation()) or (select is_staff())');

-- A pledge is shared by its bank and its firm, and seen by staff; what hangs on it, by whoever sees the pledge.
select protect('{pledge}', '(select current_organisation()) in (bank_id, firm_id) or (select is_staff())');
select protect('{pledge_patent, pledge_move, pledge_balance, annuity_payment, pledge_stale, pledge_valuation,
  pledge_outlook, pledge_status, pledge_score, pledge_proposal, pledge_amendment, pledge_deregistration, pledge_overdue,
  due_diligence_waiver, margin_call, flag}',
  'exists (select from pledge where pledge.id = pledge_id)');
select protect('{review, review_step}', 'exists (select from flag where flag.id = flag_id)');
-- What a pledgor declared of a patent is in its valuations: they are seen by the parties of the pledge that they were made for.
select protect('{valuation}', '(select is_staff()) or exists (select from pledge_patent
  join pledge_valuation using (pledge_id) where pledge_patent.patent_id = valuation.patent_id
  and pledge_valuation.patents @> jsonb_build_array(jsonb_build_object(''valuation_id'', valuation.valuation_id)))');
select protect('{event_feed}',
  'stream = case when (select is_staff()) then ''staff'' else (select current_organisation()) end');
select protect('{watch_list_patent}', 'exists (select from watch_list where watch_list.id = list_id)');
select protect('{lane, delivery, delivery_history, endpoint_health}',
  'exists (select from endpoint where endpoint.id = endpoint_id)');
select protect('{delivery_attempt}', 'exists (select from delivery where delivery.id = delivery_id)
  or exists (select from delivery_history where delivery_history.id = delivery_id)');

select protect('{event}', '(select current_organisation()) in (bank_id, firm_id, owner_id) or (select is_staff())');

-- What a firm lets a bank know: the firm's own, and of the bank that it was let. Whether a consent is still in force, and was
-- on a day in question, is for the service to say.
select protect('{borrower_consent}', '(select current_organisation()) in (firm_id, bank_id) or (select is_staff())');
select protect('{borrower_consent_revocation}', 'exists (select from borrower_consent where borrower_consent.id = consent_id)');
select protect('{borrower_fact}', 'firm_id = (select current_organisation()) or (select is_staff())
  or (recorder_kind <> ''bank'' or recorded_by = (select current_organisation())) and exists (select from borrower_consent
    where borrower_consent.firm_id = borrower_fact.firm_id and bank_id = (select current_organisation())
      and borrower_fact.kind = any(kinds))');

-- Whoever shares a pledge or a consent knows with whom.
select protect('{organisation}', 'id = (select current_organisation()) or (select is_staff())
  or exists (select from pledge where organisation.id in (pledge.bank_id, pledge.firm_id))
  or exists (select from borrower_consent where organisation.id in (borrower_consent.bank_id, borrower_consent.firm_id))');

-- What is never changed is never offered to be.
revoke update, delete on audit_entry, audit_head, deal, pledge_recovery, pledge_status, pledge_score, review_step, rule_set,
  silence, scoring_table, rule_backtest, pledge_proposal, pledge_deregistration, pledge_overdue, due_diligence_waiver,
  borrower_consent, borrower_consent_revocation, borrower_fact from pledgewatch_app;
revoke insert, update, delete on valuation, event, event_feed from pledgewatch_app;
grant update (seq) on event_feed to pledgewatch_app;
-- Nobody hands a pledge to another party.
revoke update, delete on pledge from pledgewatch_app;
grant update (state, principal_minor, matures_on, ltv_target_bp, ltv_warning_bp, ltv_breach_bp, approved_value_minor,
  registration_number, last_event_seq) on pledge to pledgewatch_app;
grant select on dead_letter to pledgewatch_app;
drop function protect;

-- Only an index's owner may sort into it what waits beside it; jobs ask for it after a bulk load (src/search/derive.ts).
create function settle_search_indexes() returns void language sql security definer set search_path = public, pg_temp as $$
  select gin_clean_pending_list(indexrelid) from pg_index join pg_class on pg_class.oid = indexrelid
  join pg_am on pg_am.oid = relam where indrelid = 'patent_search'::regclass and amname = 'gin'
$$;
revoke execute on function settle_search_indexes() from public;
grant execute on function settle_search_indexes() to pledgewatch_worker;
