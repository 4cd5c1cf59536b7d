/** What a new reception begins with. */
export const clinic = {
  services: [
    {
      id: 'consultation',
      letter: 'A',
      name: { ko: '진료 접수', en: 'See a doctor' },
      icon: 'doctor',
      lines: [{ ko: '예약하신 분도 눌러 주세요', en: 'With or without an appointment' }],
      place: {
        name: { ko: '내과 대기실', en: 'Waiting room' },
        floor: { ko: '2층', en: '2nd floor' },
      },
    },
    {
      id: 'tests',
      letter: 'B',
      name: { ko: '검사 접수', en: 'Tests' },
      icon: 'test',
      lines: [{ ko: '채혈, 소변, 엑스레이', en: 'Blood, urine, X-ray' }],
    },
    {
      id: 'payment',
      letter: 'C',
      name: { ko: '수납', en: 'Pay' },
      icon: 'pay',
      lines: [{ ko: '진료비 수납과 처방전', en: 'Bills and prescriptions' }],
    },
    {
      id: 'papers',
      letter: 'D',
      name: { ko: '제증명', en: 'Papers' },
      icon: 'paper',
      lines: [{ ko: '진단서와 영수증 발급', en: 'Certificates and receipts' }],
    },
  ],
  desks: [
    {
      id: 'room-1',
      name: { ko: '내과 1진료실', en: 'Room 1' },
      floor: { ko: '2층', en: '2nd floor' },
      services: ['consultation'],
    },
    {
      id: 'room-2',
      name: { ko: '내과 2진료실', en: 'Room 2' },
      floor: { ko: '2층', en: '2nd floor' },
      services: ['consultation'],
    },
    {
      id: 'lab',
      name: { ko: '검사실', en: 'Laboratory' },
      floor: { ko: '1층', en: 'Ground floor' },
      services: ['tests'],
    },
    {
      id: 'cashier',
      name: { ko: '수납 창구', en: 'Cashier' },
      floor: { ko: '1층', en: 'Ground floor' },
      services: ['payment', 'papers'],
    },
  ],
}
