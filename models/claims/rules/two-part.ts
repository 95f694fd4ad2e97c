/**
 * Two parts of an independent claim: what is known, and after `characterised in that` or 其特征在于 what is new.
 * Source: EPC rule 43(1), PCT rule 6.3(b), the like Chinese rule. They ask for it where it fits the invention: not for
 * uses and compositions. Outside China it is good form at most, and an English text for China is no final one.
 */
import { type ClaimRule, inClaim, ofClaim } from '../rule.ts';

const COMPOSITION =
  /(?:组合物|化合物|制剂|药物|合金|配方|多肽|蛋白|抗体|序列|菌株|载体|引物|试剂盒?|涂料|浆料|溶液|培养基|食品|饮料|介质|程序产品|电子设备|计算机设备)$|\b(?:composition|compound|formulation|alloy|mixture|polypeptide|antibody|sequence|medium|program product|kit|solution)s?$/i;
const ANY_TRANSITION = /characteri[sz]ed\s+(?:in\s+that|by)|特征(?:在于|是|为)/gi;

export const TWO_PART: ClaimRule = {
  code: 'two_part_form',
  severity: 'warning',
  message: 'Independent claim {claim} does not part what is known from what is new.',
  remedy:
    'Write what it shares with the closest prior art, then “characterised in that” (其特征在于), then what is new.',
  check: ({ claims, application: { form, language } }) =>
    claims
      .filter(({ depends_on, refers_to, characterising, category, subject, text }) => {
        const is_first_kind = depends_on.length === 0 && refers_to.length === 0 && category !== 'use';
        return is_first_kind && characterising === null && text !== '' && !COMPOSITION.test(subject);
      })
      .map((claim) =>
        form === 'CN' && language === 'zh'
          ? ofClaim(claim)
          : { ...ofClaim(claim), severity: 'info' as const },
      ),
};

export const TRANSITION_TWICE: ClaimRule = {
  code: 'transition_twice',
  severity: 'warning',
  message: 'Claim {claim} says twice where its new part begins.',
  remedy: 'Keep one “characterised in that” (其特征在于), and join what follows the second to it.',
  check: ({ claims }) =>
    claims.flatMap((claim) => {
      const second = [...claim.text.matchAll(ANY_TRANSITION)][1];
      return second ? [inClaim(claim, second.index, second.index + second[0].length)] : [];
    }),
};
