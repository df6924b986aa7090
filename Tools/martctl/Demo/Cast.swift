import Primitives

/// The people of the demo: names made up, of the kind that is heard on Flores, Adonara and Solor.
enum Cast {
    struct School: Sendable {
        let name: String
        let level: SchoolLevel
    }

    struct Community: Sendable {
        let name: String
        let kind: CommunityKind
    }

    /// 17 sellers of village products.
    static let villageSellers = [
        "Kelompok Tani Lewo Tana", "Kelompok Wanita Tani Bunga Mekar", "Kelompok Nelayan Solor Timur", "UMKM Dapur Mama Ina",
        "Koperasi Kopi Adonara", "Kelompok Tenun Kwatek", "Kelompok Jambu Mete Tanjung Bunga", "UMKM Kelapa Witihama",
        "Kelompok Garam Menanga", "Kelompok Madu Hutan Duntana", "Kelompok Tenun Lewolema", "UMKM Gula Lontar Solor",
        "Kelompok Rumput Laut Adonara", "Kelompok Anyaman Sokal", "UMKM Sorgum Likotuden", "UMKM Sambal Larantuka",
        "Kelompok Ladang Wulanggitang",
    ]

    /// 8 sellers for communities. The last one's business number is still being looked at.
    static let communitySellers = [
        "Komunitas Nelayan Larantuka", "PKK Kota Larantuka", "Orang Muda Katolik Nagi", "Konfreria Larantuka",
        "Komunitas Pecinta Alam Mandiri",
        "Bhayangkari Flores Timur", "Komunitas Tenaga Kesehatan", "Relawan Lewotobi",
    ]

    /// 6 sellers for schools.
    static let schoolSellers = [
        "Koperasi Siswa Larantuka", "Koperasi Siswa Adonara", "Koperasi Siswa Solor", "Unit Produksi Tata Boga", "Unit Produksi Pertanian",
        "Sanggar Sastra Pelajar",
    ]

    static let schools = [
        School(name: "SMK Negeri 1 Larantuka", level: .smk), School(name: "SMA Negeri 1 Larantuka", level: .sma),
        School(name: "SMK Negeri Adonara", level: .smk), School(name: "SMA Negeri Adonara Timur", level: .sma),
        School(name: "SMK Pertanian Wulanggitang", level: .smk), School(name: "SMA Negeri Solor Timur", level: .sma),
        School(name: "SMK Tata Boga Larantuka", level: .smk), School(name: "SMA Katolik Larantuka", level: .sma),
        School(name: "SMK Kelautan Solor", level: .smk), School(name: "SMA Negeri Tanjung Bunga", level: .sma),
    ]

    static let communities = [
        Community(name: "Nelayan Pante Besar", kind: .fishers), Community(name: "Nelayan Weri", kind: .fishers),
        Community(name: "PKK Kelurahan Sarotari", kind: .women), Community(name: "Dasawisma Melati", kind: .women),
        Community(name: "Orang Muda Katolik Nagi", kind: .youth), Community(name: "Karang Taruna Waibalun", kind: .youth),
        Community(name: "Konfreria Reinha Rosari", kind: .faith), Community(name: "Remaja Masjid Ekasapta", kind: .faith),
        Community(name: "Pecinta Alam Ile Mandiri", kind: .nature), Community(name: "Bhayangkari Larantuka", kind: .police),
        Community(name: "Tenaga Kesehatan Puskesmas Nagi", kind: .health), Community(name: "Relawan Lewotobi", kind: .other),
        Community(name: "Lansia Waiwadan", kind: .other), Community(name: "Petani Kelor Adonara", kind: .farmers),
    ]

    /// Sellers of other regencies, by regency; the last two have no mart yet.
    static let otherSellers = [
        "53.71": ("kupang-01", "Dapur Se’i Kupang"), "53.09": ("ngada-01", "Koperasi Kopi Bajawa"), "53.07": ("sikka-01", "Kakao Sikka"),
        "53.11": ("sumba-timur-01", "Kelompok Tenun Waingapu"), "53.05": ("alor-01", "Kenari Alor"), "53.20": ("sabu-01", "Gula Sabu"),
    ]

    static let officers: [Agency: String] = [
        .dinasPerdagangan: "Yosef Kopong", .dinasKesehatan: "Maria Tuto", .bpom: "Agustinus Lamak", .bpjph: "Siti Rahmawati",
        .dinasPangan: "Petrus Boro", .lspro: "Ferdinandus Hurint", .kemenkes: "Anastasia Kewa", .dinasPendidikan: "Bernadus Tukan",
    ]

    static let permitRefusals = ["dapur belum terpisah dari rumah", "hasil uji laboratorium tidak memenuhi", "label menyebut khasiat obat"]
    static let permitRepairs = [
        "denah ruang produksi belum ada", "label tanpa tanggal kedaluwarsa", "surat pernyataan belum ditandatangani",
    ]
    static let goodsRefusals = ["kemasan rusak", "label tidak lengkap", "rak penuh", "warna tidak seragam", "mendekati kedaluwarsa"]
    static let refundReasons = ["kemasan bocor", "salah ambil ukuran", "rasa tidak sesuai", "jahitan lepas"]
}
