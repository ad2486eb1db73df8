/**
 * The scripts of Unicode 9 by their ISO 15924 codes, which is what the reference knows; characters of later ones count
 * as unassigned.
 */
export const scripts: readonly string[] = (
  'LatnZyyyHaniHiraKanaCyrlArabHangGrekHebrDevaThaiZinhAdlmAhomHluwArmnAvstBaliBamuBassBatkBengBhksBopoBrah' +
  'BraiBugiBuhdCansCariAghbCakmChamCherCoptXsuxCprtDsrtDuplEgypElbaEthiGeorGlagGothGranGujrGuruHanoHatrArmi' +
  'PhliPrtiJavaKthiKndaKaliKharKhmrKhojSindLaooLepcLimbLinaLinbLisuLyciLydiMahjMlymMandManiMarcMteiMendMerc' +
  'MeroMiaoModiMongMrooMultMymrNbatTaluNewaNkooOgamOlckHungItalNarbPermXpeoSarbOrkhOryaOsgeOsmaHmngPalmPauc' +
  'PhagPhnxPhlpRjngRunrSamrSaurShrdShawSiddSgnwSinhSoraSundSyloSyrcTglgTagbTaleLanaTavtTakrTamlTangTeluThaa' +
  'TibtTfngTirhUgarVaiiWaraYiii'
).match(/.{4}/g)!;
