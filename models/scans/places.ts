/**
 * Coarse places and how far they are apart at least.
 *
 * A place is a country (ISO 3166-1) or one of its regions (ISO 3166-2). Each is a disc in which some nine of ten of its people
 * live; the distance of two is that of their middles on a sphere less both radii, which hardly any traveller undercuts.
 * Source: middles and radii from memory [M], to a degree or so. Units: kilometres, degrees.
 * Domain: codes of the table; a region that is not in it counts as its country. Errors: none; null where nothing is known.
 * Worked: CN-GD (23.4, 113.4; 350 km) to RU-MOW (55.7, 37.6; 60 km): 6,998 km of middles, 6,588 km apart at least.
 */

/** A country, or a region as `CN-GD`. */
export type Place = string;
export const PLACE = /^[A-Z]{2}(?:-[A-Z0-9]{1,3})?$/;

const EARTH_RADIUS_km = 6_371;

type Disc = readonly [latitude: number, longitude: number, radius_km: number];

/** One text a group, `code latitude longitude radius`, because as rows of code they would be five pages. */
const COUNTRIES = `AE 24 54 250;AR -34 -64 1500;AT 47.5 14 280;AU -33 147 1000;BD 24 90 300;BE 50.6 4.7 150;BG 42.7 25.4 250
BR -16 -47 1600;BY 53.6 28 320;CA 46 -82 1900;CH 46.8 8.2 180;CL -33 -71 2100;CN 32.5 112.5 1400;CO 4 -73 800;CY 35 33 110
CZ 49.8 15.5 250;DE 51 10 450;DK 56 10 220;DZ 28 3 1100;EE 58.7 25.5 190;EG 26.5 30 650;ES 40 -4 550;FI 64 26 600
FR 46.5 2.5 560;GB 54 -2.5 560;GE 42 43.5 250;GR 39 22.5 400;HK 22.3 114.2 40;HR 45.2 15.5 260;HU 47.2 19.4 260
ID -6 110 1100;IE 53.3 -8 240;IL 31.4 35 220;IN 22 79 1600;IQ 33 44 520;IR 32 54 1100;IS 65 -18.5 270;IT 42.5 12.5 650
JP 36.5 138 1300;KE 0.5 38 550;KG 41.4 74.6 450;KR 36.4 127.8 280;KZ 48 67 1500;LA 18.5 104 500;LK 7.6 80.7 220
LT 55.3 23.9 200;LV 56.9 24.9 220;MA 31.8 -7 700;MD 47.2 28.5 190;MM 21 96 1000;MN 46.8 103 1200;MO 22.2 113.6 20
MX 24 -102 1600;MY 4 109 1050;NG 9.5 8 650;NL 52.2 5.5 180;NO 64.5 12.5 950;NP 28.2 84 430;NZ -41.5 173 850
PE -9.5 -75 1000;PH 12 122.5 900;PK 30 70 850;PL 52 19.2 380;PT 39.6 -8 320;QA 25.3 51.2 90;RO 45.9 25 350;RS 44 20.8 260
RU 55 48 1700;SA 24 45 1100;SE 62.5 16 800;SG 1.35 103.8 30;SI 46.1 14.8 130;SK 48.7 19.6 220;TH 15 101 850;TJ 38.8 71 380
TM 39 59.5 600;TN 34 9.5 420;TR 39 35 850;TW 23.7 121 210;UA 49 31.5 700;US 38 -92 2400;UZ 41.5 64 750;VN 16 107.5 900
ZA -29 25 850`;

const REGIONS = `CN-AH 31.8 117.2 300;CN-BJ 40.2 116.4 110;CN-CQ 30 107.8 280;CN-FJ 26 118 310;CN-GD 23.4 113.4 350;CN-GS 37 101 850
CN-GX 23.8 108.8 370;CN-GZ 26.8 106.8 350;CN-HA 33.9 113.6 330;CN-HB 31 112.2 380;CN-HE 39.3 116 420;CN-HI 19.2 109.8 160
CN-HL 47.9 127.8 650;CN-HN 27.6 111.7 380;CN-JL 43.7 126.2 430;CN-JS 33 119.5 280;CN-JX 27.6 115.7 330;CN-LN 41.3 122.6 350
CN-NM 43.5 114 1500;CN-NX 37.3 106.2 260;CN-QH 35.5 96 700;CN-SC 30.6 102.7 560;CN-SD 36.3 118.3 380;CN-SH 31.2 121.5 70
CN-SN 35.3 109 470;CN-SX 37.6 112.3 370;CN-TJ 39.3 117.3 90;CN-XJ 41.5 85 1050;CN-XZ 31.5 88 900;CN-YN 25 101.5 480
CN-ZJ 29.2 120.2 290;RU-MOW 55.7 37.6 60;RU-SPE 59.9 30.3 50;RU-NVS 55.2 80 320;RU-SVE 58.5 61.5 420;RU-KDA 45.2 39 260
RU-PRI 45 134.7 450;US-CA 37.2 -119.5 700;US-FL 28 -82.3 450;US-IL 40 -89.3 330;US-NY 42.9 -75.5 380;US-TX 31.3 -99 750
US-WA 47.3 -120.5 330`;

const DISCS: ReadonlyMap<Place, Disc> = new Map(
  `${COUNTRIES};${REGIONS}`.split(/[;\n]/).map((row) => {
    const [code, latitude, longitude, radius_km] = row.split(' ');
    return [code!, [Number(latitude), Number(longitude), Number(radius_km)]];
  }),
);

/** Countries of the table, in the order of their codes. */
export const COUNTRY_CODES: readonly string[] = COUNTRIES.split(/[;\n]/).map((row) => row.slice(0, 2));

export function countryOf(place: Place): string {
  return place.slice(0, 2);
}

/** Kilometres between two places at least; null where one of them is not known. */
export function apart(one: Place, other: Place): number | null {
  if (one === other) return 0;
  const [first, second] = [discOf(one), discOf(other)];
  if (!first || !second) return null;
  // A country and a region of its own are not apart.
  if (
    countryOf(one) === countryOf(other) &&
    (first === DISCS.get(countryOf(one)) || second === DISCS.get(countryOf(one)))
  )
    return 0;
  return Math.max(0, middles(first, second) - first[2] - second[2]);
}

function discOf(place: Place): Disc | undefined {
  return DISCS.get(place) ?? DISCS.get(countryOf(place));
}

/** By the haversine formula. */
function middles([latitude, longitude]: Disc, [other_latitude, other_longitude]: Disc): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const across = Math.sin(radians(other_latitude - latitude) / 2) ** 2;
  const along = Math.sin(radians(other_longitude - longitude) / 2) ** 2;
  const shrunk = Math.cos(radians(latitude)) * Math.cos(radians(other_latitude)) * along;
  return 2 * EARTH_RADIUS_km * Math.asin(Math.sqrt(across + shrunk));
}
