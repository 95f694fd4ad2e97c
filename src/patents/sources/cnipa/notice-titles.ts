/**
 * Titles of the notices in the Chinese patent gazette and the codes that INPADOC gives them. Data and two look-ups.
 *
 * A title that heads several codes (`专利申请权、专利权的转移`) is not here: the title in the text decides. `更正`
 * stands for ERR, a correction of the gazette whose document it does not name.
 */

const TITLES_BY_CODE: Record<string, readonly string[]> = {
  PB01: ['公布', '公开'],
  SE01: ['实质审查的生效'],
  GR01: ['授权', '发明专利权授予', '实用新型专利权授予', '外观设计专利权授予'],
  RJ01: ['驳回', '发明专利申请公布后的驳回'],
  WD01: ['视为撤回', '发明专利申请公布后的视为撤回'],
  WW01: ['主动撤回', '发明专利申请公布后的撤回'],
  CF01: ['未缴年费专利权终止'],
  CX01: ['专利权有效期届满'],
  AV01: ['专利权的主动放弃'],
  AV02: ['部分放弃', '专利权的部分放弃'],
  AR01: ['避免重复授权放弃', '避免重复授权放弃专利权'],
  RR01: ['权利的恢复', '专利权的恢复'],
  IW01: ['专利权全部无效'],
  IP01: ['专利权部分无效', '无效公告'],
  TR01: ['专利权的转移'],
  TA01: ['专利申请权的转移'],
  CP01: ['专利权人的姓名或者名称的变更'],
  CP02: ['专利权人的地址的变更'],
  CP03: ['专利权人的姓名或者名称、地址的变更'],
  CB01: ['著录事项变更'],
  PE01: ['专利权质押合同登记的生效'],
  PM01: ['专利权质押合同登记的变更'],
  PC01: ['专利权质押合同登记的注销'],
  PP01: ['专利权的保全'],
  PD01: ['专利权保全的解除'],
  EE01: ['专利实施许可合同备案的生效'],
  EM01: ['专利实施许可合同备案的变更'],
  EC01: ['专利实施许可合同备案的注销'],
  OL01: ['开放许可声明', '专利开放许可声明'],
  OL02: ['开放许可撤回', '专利开放许可声明的撤回'],
  TG01: ['期限补偿', '专利权期限补偿'],
  TP01: ['药品期限补偿', '药品专利权期限补偿'],
  DD01: ['文件的公告送达'],
  CD02: ['外观设计专利公报更正'],
  CI01: [],
  CI02: [],
  CI03: [],
  CU01: [],
  CU02: [],
  CU03: [],
  ERR: ['更正'],
  RECT: [],
};

const CODE_BY_TITLE = new Map(
  Object.entries(TITLES_BY_CODE).flatMap(([code, titles]) =>
    titles.map((title): [string, string] => [title, code]),
  ),
);

/** @param title the title, or the code itself, alone or before a title */
export function noticeCode(title: string): string | null {
  const code = /^([A-Z]{2}\d{2}|ERR|RECT)(?:\s|$)/.exec(title)?.[1];
  if (code !== undefined) return Object.hasOwn(TITLES_BY_CODE, code) ? code : null;
  return CODE_BY_TITLE.get(title) ?? null;
}

/** Corrections of a published document: it has to be read again. */
export function correctsDocument(code: string): boolean {
  return /^C[DIU]0\d$/.test(code);
}
