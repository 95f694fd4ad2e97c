/** Which column of a list says what: told, or known by its name in one of the languages. */
import { CLIENT_KINDS, type ClientKind } from '../../../models/desk/pipeline.ts';
import { attempt } from '../../../models/failure.ts';
import { readRegion } from '../../../models/matching/regions.ts';
import { Problem } from '../../errors.ts';
import { say } from '../sentences.ts';

export const FIELDS = ['name', 'kind', 'region', 'registration_number', 'contact', 'phone', 'email'] as const;
export type Field = (typeof FIELDS)[number];

/** The place of each field's column, from 0; a field without one is missing. */
export type Columns = Partial<Record<Field, number>>;

const NAMES: Readonly<Record<Field, string>> = {
  name: 'name|client|client name|company|company name|organisation|名称|客户|客户名称|企业名称|单位名称|公司名称|姓名|название|наименование|клиент|компания|организация',
  kind: 'kind|type|client type|类型|客户类型|单位类型|类别|тип|вид|тип клиента',
  region: 'region|province|region code|地区|省份|省|区域|行政区划|регион|область',
  registration_number:
    'registration number|registration no|uscc|unified social credit code|统一社会信用代码|社会信用代码|信用代码|регистрационный номер|код регистрации',
  contact: 'contact|contact person|person|联系人|контакт|контактное лицо',
  phone: 'phone|telephone|mobile|tel|电话|联系电话|手机|телефон',
  email: 'email|e-mail|mail|邮箱|电子邮箱|邮件|почта|электронная почта',
};

const KINDS: Readonly<Record<ClientKind, string>> = {
  firm: 'firm|company|enterprise|企业|公司|фирма|компания|предприятие',
  university: 'university|college|institute|高校|大学|院校|科研院所|университет|вуз|институт',
  inventor: 'inventor|person|individual|发明人|个人|изобретатель|физическое лицо',
  local_government:
    'local government|government|local_government|政府|地方政府|администрация|местная власть|орган власти',
};

/** Provinces as lists write them, by the last part of their code. */
const PROVINCES =
  '北京BJ 天津TJ 河北HE 山西SX 内蒙古NM 辽宁LN 吉林JL 黑龙江HL 上海SH 江苏JS 浙江ZJ 安徽AH 福建FJ 江西JX 山东SD 河南HA 湖北HB 湖南HN 广东GD 广西GX 海南HI 重庆CQ 四川SC 贵州GZ 云南YN 西藏XZ 陕西SN 甘肃GS 青海QH 宁夏NX 新疆XJ'
    .split(' ')
    .map((each) => ({ name: each.slice(0, -2), code: `CN-${each.slice(-2)}` }));

/**
 * @param told names of columns by field, as the header has them
 * @throws Problem `refused` for a column that is not there, or without one for the name
 */
export function columnsIn(header: readonly string[], told: Partial<Record<Field, string>>): Columns {
  const heads = header.map(plain);
  const columns: Columns = {};
  for (const field of FIELDS) {
    const asked = told[field];
    const at =
      asked === undefined
        ? heads.findIndex((head) => isOneOf(head, NAMES[field]))
        : heads.indexOf(plain(asked));
    if (at >= 0) columns[field] = at;
    else if (asked !== undefined)
      throw new Problem(
        'refused',
        say('list_without_column', { column: asked, field, header: shown(header) }),
      );
  }
  if (columns.name === undefined)
    throw new Problem(
      'refused',
      say('list_without_names', { header: shown(header), example: '{"name": "..."}' }),
    );
  return columns;
}

export function kindIn(text: string): ClientKind | null {
  return CLIENT_KINDS.find((kind) => isOneOf(plain(text), KINDS[kind])) ?? null;
}

/** By code, digits of GB/T 2260, or the Chinese name of a province. */
export function regionOf(text: string): string | null {
  const province = PROVINCES.find(({ name }) => text.startsWith(name));
  if (province) return province.code;
  const read = attempt(() => readRegion(text));
  return read.ok ? read.value : null;
}

function isOneOf(text: string, names: string): boolean {
  return names.split('|').includes(text);
}

function plain(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase().replace(/\s+/g, ' ');
}

function shown(header: readonly string[]): string {
  return header
    .map((head) => `"${head.slice(0, 40)}"`)
    .join(', ')
    .slice(0, 400);
}
