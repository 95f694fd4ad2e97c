/**
 * The labelled fields of one Chinese gazette notice: `登记号:Y2023980041234`, one a line, or several in a line with or
 * without a semicolon between them. Colons and semicolons may be of full width.
 *
 * A known label starts a field wherever it stands; another one only at the start of a line or after a semicolon. What
 * has no label belongs to the field before it: parties and addresses run over lines.
 */

/** Labels by what they tell; the names are those of a signal's detail. */
export const NOTICE_LABELS: Readonly<Record<string, string>> = {
  法律状态公告日: 'published_on',
  事务公告日: 'published_on',
  公告日: 'published_on',
  法律状态: 'title_group',
  描述信息: 'title',
  专利号: 'number',
  申请号: 'number',
  专利申请号: 'number',
  申请日: 'filed_on',
  授权公告日: 'granted_on',
  发明名称: 'patent_title',
  'IPC(主分类)': 'main_ipc',
  登记号: 'registration_number',
  合同登记号: 'registration_number',
  登记生效日: 'registered_on',
  登记解除日: 'released_on',
  解除日: 'released_on',
  出质人: 'pledgor',
  质权人: 'pledgee',
  合同备案号: 'contract_number',
  让与人: 'licensor',
  受让人: 'licensee',
  许可种类: 'licence_type',
  备案日: 'recorded_on',
  备案日期: 'recorded_on',
  使用外观设计的产品名称: 'product_name',
  变更事项: 'changed',
  变更日: 'changed_on',
  变更生效日: 'changed_on',
  变更前: 'before',
  变更前权利人: 'before',
  变更后: 'after',
  变更后权利人: 'after',
  终止日期: 'terminated_on',
  放弃生效日: 'surrendered_on',
  无效宣告决定号: 'decision_number',
  无效宣告决定日: 'decided_on',
  委内编号: 'commission_number',
  审查结论: 'conclusion',
  原决定: 'original_decision',
  原决定日: 'original_decision_on',
  收件人: 'recipient',
  文件名称: 'document',
};

/** What a change is about, `变更事项`. */
const CHANGED_MATTERS = new Map([
  ['专利权人', 'owner'],
  ['共同专利权人', 'owner'],
  ['申请人', 'owner'],
  ['共同申请人', 'owner'],
  ['地址', 'address'],
  ['出质人', 'pledgor'],
  ['质权人', 'pledgee'],
  ['让与人', 'licensor'],
  ['受让人', 'licensee'],
]);

const LABEL = new RegExp(
  `(?:${Object.keys(NOTICE_LABELS)
    .map((label) => label.replace(/[()]/g, '\\$&'))
    .join('|')}):|^[\\p{Script=Han}、()]{2,16}:`,
  'gmu',
);

export interface NoticeFields {
  /** What stands before the first label. */
  heading: string;
  /** By name, or by the label itself where it is not known; several values of one name stand with `; ` between. */
  values: ReadonlyMap<string, string>;
}

/** @param text bounded by the caller */
export function noticeFields(text: string): NoticeFields {
  const plain = normalised(text);
  const labels = [...plain.matchAll(LABEL)];
  const values = new Map<string, string>();
  let matter = 'change';
  for (const [i, { 0: label, index }] of labels.entries()) {
    const value = plain
      .slice(index + label.length, labels[i + 1]?.index)
      .trim()
      .replaceAll('\n', '; ');
    const name = NOTICE_LABELS[label.slice(0, -1)] ?? label.slice(0, -1);
    if (name === 'changed') matter = CHANGED_MATTERS.get(value) ?? 'change';
    const full = name === 'before' || name === 'after' ? `${matter}_${name}` : name;
    const before = values.get(full);
    if (value !== '') values.set(full, before === undefined ? value : `${before}; ${value}`);
  }
  return { heading: plain.slice(0, labels[0]?.index).trim(), values };
}

/** One piece a line, half-width colons and brackets. */
function normalised(text: string): string {
  return text
    .replaceAll('：', ':')
    .replaceAll('（', '(')
    .replaceAll('）', ')')
    .split(/[\n;；]/)
    .map((piece) => piece.trim().replace(/^#/, ''))
    .filter((piece) => piece !== '')
    .join('\n');
}
